"""Every page of a person, as the application mounts them; it leaves the web's database in `app.state["database"]`."""

from typing import Final

from rms.portal.pages_contact import ContactPages
from rms.portal.pages_door import DoorPages
from rms.portal.pages_help import HelpPages
from rms.portal.pages_own import CodePages, OwnPages
from rms.portal.pages_questions import QuestionPages
from rms.portal.pages_telling import TellingPages

PORTAL_PAGES: Final = (DoorPages, QuestionPages, TellingPages, CodePages, OwnPages, ContactPages, HelpPages)
