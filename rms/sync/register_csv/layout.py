"""The columns of the register file, in the order of the documentation. A test compares the two."""

from rms.sync.csv_table import Column

LAYOUT = (
    Column(name="Register reference", says="the register's own key for the person"),
    Column(name="NHS number", says="ten digits, spaces allowed; empty for people who have none", required=True),
    Column(name="Hospital number", says="the trust's own number for the person"),
    Column(name="Title", says="Mr, Mrs, Dr …"),
    Column(name="First names", says="all of them, separated by spaces"),
    Column(name="Last name", says="the family name", required=True),
    Column(
        name="Date of birth", says="day, or the year (and month) where no more is known", required=True, is_date=True
    ),
    Column(name="Sex", says="female, male, other or unknown"),
    Column(name="Mobile", says="a UK mobile number, with its leading zero or +44"),
    Column(name="Telephone", says="another UK telephone number"),
    Column(name="Email", says="one email address"),
    Column(name="Address", says="the lines of the address, separated by commas or line breaks"),
    Column(name="Postcode", says="the postcode"),
    Column(name="Contact details as of", says="the day these contact details were known to be right", is_date=True),
    Column(name="Language", says="the language to write in, as a code such as en, cy, pl or ur"),
    Column(name="Interpreter", says="yes or no"),
    Column(name="Needs", says="accessible-information needs in words, separated by semicolons"),
    Column(name="GP practice code", says="the ODS code of the practice, such as A81001"),
    Column(name="GP practice name", says="its name"),
    Column(name="Diagnosis reference", says="the register's own key for the diagnosis"),
    Column(name="Diagnosis code", says="ICD-10, such as C61 or C18.7"),
    Column(name="Morphology", says="ICD-O-3 morphology, such as 8140/3"),
    Column(name="Date of diagnosis", says="day, month or year", is_date=True),
    Column(name="Treatment reference", says="the register's own key for the treatment"),
    Column(name="Treatment", says="the kind of treatment, in the words listed below"),
    Column(name="Treatment intent", says="curative, palliative or unknown"),
    Column(name="Treatment started", says="the first day; for surgery its day", is_date=True),
    Column(name="Treatment ended", says="the last day; empty while it goes on", is_date=True),
    Column(name="Procedure code", says="OPCS-4 or SNOMED CT"),
    Column(name="Procedure", says="the procedure in words"),
    Column(name="Death", says="formal, informal, or alive to take back a death that was recorded by mistake"),
    Column(name="Date of death", says="day, or the year (and month) where no more is known", is_date=True),
)
COLUMNS = tuple(column.name for column in LAYOUT)
