"""When each protocol asks for what. Every date here was worked out by hand on a calendar, not by the program."""

from datetime import date

import pytest

from rms.plans.model import Course
from rms.plans.protocol import load_library
from rms.plans.schedule import effective, occurrences
from tests.spec.tables import cases

LIBRARY = load_library()

# Born on 14 March 1948 unless the table says otherwise; the anchor is the one the step counts from.
DATES = """
protocol                          | step                    | anchor     | born       | due
prostate-after-prostatectomy      | psa                     | 2026-08-31 | 1948-03-14 | 2026-11-30 2027-02-28 2027-05-31 2027-08-31 2028-02-29 2028-08-31 2029-02-28 2029-08-31 2030-02-28 2030-08-31 2031-02-28 2031-08-31 2032-08-31 2033-08-31 2034-08-31 2035-08-31 2036-08-31
prostate-after-prostatectomy      | symptom-check           | 2026-03-10 | 1948-03-14 | 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2029-03-10 2030-03-10 2031-03-10 2032-03-10 2033-03-10 2034-03-10 2035-03-10 2036-03-10
prostate-after-radiotherapy       | psa                     | 2024-02-29 | 1948-03-14 | 2024-08-29 2025-02-28 2025-08-29 2026-02-28 2026-08-29 2027-02-28 2027-08-29 2028-02-29 2028-08-29 2029-02-28 2030-02-28 2031-02-28 2032-02-29 2033-02-28 2034-02-28
colorectal-after-curative-surgery | cea                     | 2026-01-31 | 1960-05-01 | 2026-07-31 2027-01-31 2027-07-31 2028-01-31 2028-07-31 2029-01-31 2030-01-31 2031-01-31
colorectal-after-curative-surgery | ct                      | 2026-01-31 | 1960-05-01 | 2027-01-31 2028-07-31
colorectal-after-curative-surgery | colonoscopy             | 2026-01-31 | 1960-05-01 | 2027-01-31 2030-01-31
colorectal-after-curative-surgery | colonoscopy             | 2026-01-31 | 1953-06-01 | 2027-01-31
colorectal-after-curative-surgery | colonoscopy             | 2026-01-31 | 1949-01-01 |
breast-after-primary-treatment    | mammogram               | 2026-05-04 | 1970-01-01 | 2027-05-04 2028-05-04 2029-05-04 2030-05-04 2031-05-04
breast-after-primary-treatment    | mammogram               | 2026-05-04 | 1983-05-05 | 2027-05-04 2028-05-04 2029-05-04 2030-05-04 2031-05-04 2032-05-04 2033-05-04
breast-after-primary-treatment    | mammogram               | 2026-05-04 | 1983-05-04 | 2027-05-04 2028-05-04 2029-05-04 2030-05-04 2031-05-04 2032-05-04
breast-after-primary-treatment    | end-of-treatment-review | 2026-08-31 | 1970-01-01 | 2027-02-28
bladder-low-risk                  | cystoscopy              | 2026-05-04 | 1948-03-14 | 2026-08-04 2027-05-04
bladder-intermediate-risk         | cystoscopy              | 2026-05-31 | 1948-03-14 | 2026-08-31 2027-02-28 2027-11-30 2028-11-30 2029-11-30 2030-11-30
melanoma-stage-1a                 | skin-review             | 2026-05-04 | 1948-03-14 | 2026-08-04 2026-11-04 2027-02-04 2027-05-04
melanoma-stage-1b-2a              | skin-review             | 2026-01-15 | 1948-03-14 | 2026-04-15 2026-07-15 2026-10-15 2027-01-15 2027-04-15 2027-07-15 2027-10-15 2028-01-15 2028-04-15 2028-07-15 2028-10-15 2029-01-15 2029-07-15 2030-01-15 2030-07-15 2031-01-15
melanoma-stage-3a-small-deposit   | ultrasound-nodes        | 2026-02-28 | 1948-03-14 | 2026-08-28 2027-02-28 2027-08-28 2028-02-28 2028-08-28 2029-02-28 2030-02-28 2031-02-28
melanoma-stage-2b-3b              | ct                      | 2026-03-10 | 1948-03-14 | 2026-03-10 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10 2029-03-10 2030-03-10 2031-03-10
melanoma-stage-3c-4               | skin-review             | 2026-03-10 | 1948-03-14 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-06-10 2027-09-10 2027-12-10 2028-03-10 2028-09-10 2029-03-10 2029-09-10 2030-03-10 2030-09-10 2031-03-10 2032-03-10 2033-03-10 2034-03-10 2035-03-10 2036-03-10
skin-squamous-high-risk           | skin-review             | 2026-10-31 | 1948-03-14 | 2027-02-28 2027-06-30 2027-10-31 2028-04-30 2028-10-31
testis-seminoma-stage-1           | afp                     | 2026-03-10 | 1990-01-01 | 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10 2029-03-10 2030-03-10 2031-03-10
testis-seminoma-stage-1           | ct                      | 2026-03-10 | 1990-01-01 | 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2029-03-10 2031-03-10
testis-nsgct-stage-1-low-risk     | hcg                     | 2026-03-10 | 1990-01-01 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-06-10 2027-09-10 2027-12-10 2028-03-10 2028-09-10 2029-03-10 2029-09-10 2030-03-10 2030-09-10 2031-03-10
testis-nsgct-stage-1-low-risk     | ct                      | 2026-03-10 | 1990-01-01 | 2026-09-10 2027-03-10 2028-03-10 2029-03-10 2031-03-10
testis-nsgct-stage-1-low-risk     | chest-x-ray             | 2026-03-10 | 1990-01-01 | 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2031-03-10
prostate-after-brachytherapy      | psa                     | 2026-08-31 | 1948-03-14 | 2027-02-28 2027-08-31 2028-02-29 2028-08-31 2029-02-28 2029-08-31 2030-02-28 2030-08-31 2031-02-28 2031-08-31 2032-08-31 2033-08-31 2034-08-31 2035-08-31 2036-08-31
bladder-intermediate-risk         | five-year-review        | 2026-05-31 | 1948-03-14 | 2031-05-31
prostate-after-brachytherapy      | first-visit             | 2026-08-31 | 1948-03-14 | 2027-02-28
prostate-active-surveillance      | mri                     | 2026-03-10 | 1948-03-14 | 2027-03-10
prostate-active-surveillance-ten-years | psa                     | 2026-03-10 | 1948-03-14 | 2026-07-10 2026-11-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10 2029-03-10 2029-09-10 2030-03-10 2030-09-10 2031-03-10 2031-09-10 2032-03-10 2032-09-10 2033-03-10 2033-09-10 2034-03-10 2034-09-10 2035-03-10 2035-09-10 2036-03-10
prostate-active-surveillance-ten-years | mri                     | 2026-03-10 | 1948-03-14 | 2027-03-10 2030-03-10
prostate-active-surveillance-remote | first-call              | 2026-03-10 | 1948-03-14 | 2027-03-10
kidney-intermediate-risk          | ct                      | 2024-02-29 | 1948-03-14 | 2025-02-28 2026-02-28 2027-02-28 2029-02-28
kidney-intermediate-risk          | egfr                    | 2024-02-29 | 1948-03-14 | 2024-08-29 2025-02-28 2025-08-29 2026-02-28 2026-08-29 2027-02-28 2027-08-29 2028-02-29 2028-08-29 2029-02-28
kidney-after-ablation             | ct                      | 2026-03-10 | 1948-03-14 | 2026-06-10 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2029-03-10 2030-03-10 2031-03-10 2032-03-10 2033-03-10 2034-03-10 2035-03-10 2036-03-10
hodgkin-in-remission              | clinic-review           | 2026-12-31 | 1948-03-14 | 2027-02-28 2027-04-30 2027-06-30 2027-08-31 2027-10-31 2027-12-31 2028-06-30 2028-12-31 2029-06-30 2029-12-31
hodgkin-late-effects-after-radiotherapy | breast-screening-decision | 2024-02-29 | 1948-03-14 | 2032-02-29
head-and-neck-after-surgery       | first-review            | 2026-03-10 | 1948-03-14 | 2026-04-10
head-and-neck-after-surgery       | clinic-review           | 2026-03-10 | 1948-03-14 | 2026-07-10 2026-09-10 2026-11-10 2027-01-10 2027-03-10 2027-05-10 2027-07-10 2027-09-10 2027-11-10 2028-01-10 2028-03-10 2028-06-10 2028-09-10 2028-12-10 2029-03-10 2029-06-10 2029-09-10 2029-12-10 2030-03-10 2030-06-10 2030-09-10 2030-12-10 2031-03-10
head-and-neck-after-radiotherapy  | tsh                     | 2026-03-10 | 1948-03-14 | 2027-03-10 2028-03-10 2029-03-10 2030-03-10 2031-03-10
brain-grade-1-glioma              | mri                     | 2026-03-10 | 1948-03-14 | 2027-03-10
brain-meningioma-incidental       | mri                     | 2024-02-29 | 1948-03-14 | 2025-02-28
endometrial-low-risk-patient-initiated | yearly-contact          | 2026-03-10 | 1948-03-14 | 2027-03-10 2028-03-10 2029-03-10 2030-03-10 2031-03-10
endometrial-low-risk-two-years    | clinic-review           | 2026-08-31 | 1948-03-14 | 2026-11-30 2027-02-28 2027-08-31 2028-02-29 2028-08-31
endometrial-early-clinic-and-telephone | review                  | 2026-01-31 | 1948-03-14 | 2026-04-30 2026-07-31 2026-10-31 2027-01-31 2027-05-31 2027-09-30 2028-01-31 2028-07-31 2029-01-31
endometrial-intermediate-risk     | clinic-review           | 2026-03-10 | 1948-03-14 | 2026-04-10 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10 2029-03-10
endometrial-intermediate-risk     | outcome-at-five-years   | 2024-02-29 | 1948-03-14 | 2029-02-28
endometrial-high-risk             | clinic-review           | 2026-01-31 | 1948-03-14 | 2026-02-28 2026-04-30 2026-07-31 2026-10-31 2027-01-31 2027-07-31 2028-01-31 2028-07-31 2029-01-31
ovarian-with-ca125                | ca125                   | 2026-03-10 | 1948-03-14 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-06-10 2027-09-10 2027-12-10 2028-03-10 2028-07-10 2028-11-10 2029-03-10 2029-07-10 2029-11-10 2030-03-10 2030-07-10 2030-11-10 2031-03-10
ovarian-without-ca125             | clinic-review           | 2026-10-31 | 1948-03-14 | 2027-01-31 2027-04-30 2027-07-31 2027-10-31 2028-01-31 2028-04-30 2028-07-31 2028-10-31 2029-02-28 2029-06-30 2029-10-31 2030-02-28 2030-06-30 2030-10-31 2031-02-28 2031-06-30 2031-10-31
cervical-after-treatment          | clinic-review           | 2026-03-10 | 1948-03-14 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-06-10 2027-09-10 2027-12-10 2028-03-10 2028-09-10 2029-03-10 2029-09-10 2030-03-10 2030-09-10 2031-03-10
lung-after-surgery                | ct                      | 2024-02-29 | 1948-03-14 | 2025-02-28 2026-02-28 2027-02-28 2028-02-29 2029-02-28
lung-after-sabr                   | ct                      | 2026-08-31 | 1948-03-14 | 2027-02-28 2027-08-31 2028-02-29 2028-08-31 2029-02-28 2029-08-31 2030-08-31 2031-08-31
lung-after-radical-treatment      | ct                      | 2026-03-10 | 1948-03-14 | 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10 2029-03-10 2030-03-10 2031-03-10
oesophago-gastric-after-surgery   | clinic-review           | 2026-01-31 | 1948-03-14 | 2026-02-28 2026-04-30 2026-07-31 2026-10-31 2027-01-31 2027-04-30 2027-07-31 2027-10-31 2028-01-31 2028-07-31 2029-01-31 2029-07-31 2030-01-31 2030-07-31 2031-01-31
stomach-removed-after-surgery     | b12-check               | 2026-11-30 | 1948-03-14 | 2027-02-28 2027-05-30 2027-08-30 2027-11-30 2028-02-29 2028-05-30 2028-08-30 2028-11-30 2029-02-28 2029-05-30 2029-08-30 2029-11-30 2030-02-28 2030-05-30 2030-08-30 2030-11-30 2031-02-28 2031-05-30 2031-08-30 2031-11-30
pancreas-biliary-after-surgery    | nurse-clinic            | 2026-03-10 | 1948-03-14 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10 2029-03-10 2029-09-10 2030-03-10 2030-09-10 2031-03-10
sarcoma-intermediate-high-grade   | clinic-review           | 2026-03-10 | 1948-03-14 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-06-10 2027-09-10 2027-12-10 2028-03-10 2028-06-10 2028-09-10 2028-12-10 2029-03-10 2029-09-10 2030-03-10 2030-09-10 2031-03-10 2032-03-10 2033-03-10 2034-03-10 2035-03-10 2036-03-10
sarcoma-low-grade                 | clinic-review           | 2026-03-10 | 1948-03-14 | 2026-07-10 2026-11-10 2027-03-10 2027-07-10 2027-11-10 2028-03-10 2028-07-10 2028-11-10 2029-03-10 2029-07-10 2029-11-10 2030-03-10 2030-07-10 2030-11-10 2031-03-10 2032-03-10 2033-03-10 2034-03-10 2035-03-10 2036-03-10
sarcoma-low-grade                 | chest-x-ray             | 2024-02-29 | 1948-03-14 | 2025-02-28 2026-02-28 2027-02-28 2028-02-29 2029-02-28 2030-02-28 2031-02-28 2032-02-29 2033-02-28 2034-02-28
colorectal-yearly-ct-from-first-scan | ct                      | 2026-01-31 | 1948-03-14 | 2027-01-31 2028-01-31 2029-01-31 2031-01-31
colorectal-with-clinic-visits     | ct                      | 2026-01-31 | 1948-03-14 | 2027-01-31 2028-01-31
colorectal-with-clinic-visits     | clinic-review           | 2026-03-10 | 1948-03-14 | 2026-04-10 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2029-03-10 2030-03-10 2031-03-10
rectal-with-mri-at-twelve-months  | mri                     | 2024-02-29 | 1948-03-14 | 2025-02-28
breast-then-screening-programme   | mammogram               | 2026-05-04 | 1980-05-05 | 2027-05-04 2028-05-04 2029-05-04 2030-05-04 2031-05-04
breast-then-screening-programme   | move-to-screening       | 2024-02-29 | 1948-03-14 | 2029-02-28
breast-after-mastectomy-of-both-sides | symptom-check           | 2026-03-10 | 1948-03-14 | 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2029-03-10 2030-03-10 2031-03-10
breast-on-aromatase-inhibitor     | dexa                    | 2026-08-31 | 1948-03-14 | 2026-08-31 2028-08-31
breast-on-aromatase-inhibitor     | hormone-treatment-review | 2026-05-04 | 1948-03-14 | 2031-05-04
"""  # noqa: E501


# What has no end is worked out up to a day; the anchor is the one the step counts from.
ENDLESS = """
protocol                          | step                    | anchor     | until      | due
bladder-high-risk                 | cystoscopy              | 2026-05-31 | 2032-12-31 | 2026-08-31 2026-11-30 2027-02-28 2027-05-31 2027-08-31 2027-11-30 2028-02-29 2028-05-31 2028-11-30 2029-05-31 2029-11-30 2030-05-31 2031-05-31 2032-05-31
mgus-low-risk                     | paraprotein             | 2026-03-10 | 2030-03-10 | 2026-09-10 2027-09-10 2028-09-10 2029-09-10
mgus-higher-risk                  | calcium                 | 2026-03-10 | 2029-03-10 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10 2029-03-10
cll-stage-a                       | lymphocytes             | 2026-03-10 | 2031-03-09 | 2026-09-10 2027-03-10 2028-03-10 2029-03-10 2030-03-10
prostate-on-hormone-treatment     | psa                     | 2026-03-10 | 2028-03-10 | 2026-09-10 2027-03-10 2027-09-10 2028-03-10
prostate-active-surveillance      | psa                     | 2026-03-10 | 2028-12-31 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10
prostate-active-surveillance      | examination             | 2026-03-10 | 2029-12-31 | 2027-03-10 2028-03-10 2029-03-10
prostate-active-surveillance-remote | psa                     | 2026-03-10 | 2028-12-31 | 2027-09-10 2028-03-10 2028-09-10
prostate-active-surveillance-remote | examination             | 2026-03-10 | 2030-12-31 | 2028-03-10 2029-03-10 2030-03-10
prostate-watchful-waiting         | psa                     | 2026-08-31 | 2028-12-31 | 2027-02-28 2027-08-31 2028-02-29 2028-08-31
prostate-raised-psa-no-biopsy     | psa                     | 2026-03-10 | 2029-12-31 | 2026-09-10 2027-09-10 2028-09-10 2029-09-10
prostate-raised-psa-negative-biopsy | psa                     | 2026-03-10 | 2027-12-31 | 2026-09-10 2027-03-10 2027-09-10
hodgkin-late-effects-after-radiotherapy | tsh                     | 2026-03-10 | 2029-12-31 | 2027-03-10 2028-03-10 2029-03-10
thyroid-excellent-response        | thyroglobulin           | 2026-03-10 | 2029-12-31 | 2027-03-10 2028-03-10 2029-03-10
thyroid-indeterminate-response    | thyroglobulin           | 2026-03-10 | 2027-12-31 | 2026-09-10 2027-03-10 2027-09-10
thyroid-biochemical-incomplete-response | thyroglobulin           | 2026-03-10 | 2027-12-31 | 2026-09-10 2027-03-10 2027-09-10
brain-grade-1-glioma-visible      | mri                     | 2026-03-10 | 2028-12-31 | 2027-03-10 2028-03-10
brain-glioma-idh-mutant           | mri                     | 2026-03-10 | 2032-12-31 | 2026-06-10 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2029-03-10 2030-03-10 2031-03-10 2032-03-10
brain-glioma-high-grade           | mri                     | 2026-05-31 | 2033-12-31 | 2026-08-31 2026-11-30 2027-02-28 2027-05-31 2027-08-31 2027-11-30 2028-02-29 2028-05-31 2028-11-30 2029-05-31 2029-11-30 2030-05-31 2030-11-30 2031-05-31 2032-05-31 2033-05-31
liver-cancer-surveillance-in-cirrhosis | ultrasound              | 2026-08-31 | 2029-01-01 | 2027-02-28 2027-08-31 2028-02-29 2028-08-31
liver-cancer-surveillance-in-cirrhosis | clinic-review           | 2026-08-31 | 2029-01-01 | 2027-08-31 2028-08-31
neuroendocrine-grade-1-2-resected | clinic-review           | 2026-03-10 | 2034-01-01 | 2026-09-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10 2029-03-10 2029-09-10 2030-03-10 2030-09-10 2031-03-10 2032-03-10 2033-03-10
neuroendocrine-grade-3            | clinic-review           | 2026-12-31 | 2027-12-31 | 2027-02-28 2027-04-30 2027-06-30 2027-08-31 2027-10-31 2027-12-31
neuroendocrine-grade-3            | ct                      | 2026-05-31 | 2033-12-31 | 2026-08-31 2026-11-30 2027-02-28 2027-05-31 2027-08-31 2027-11-30 2028-02-29 2028-05-31 2028-08-31 2028-11-30 2029-02-28 2029-05-31 2029-08-31 2029-11-30 2030-02-28 2030-05-31 2030-08-31 2030-11-30 2031-02-28 2031-05-31 2032-05-31 2033-05-31
late-effects-anthracycline-above-250 | echocardiogram          | 2024-02-29 | 2030-12-31 | 2026-02-28 2028-02-29 2030-02-28
late-effects-anthracycline-to-250 | echocardiogram          | 2024-02-29 | 2035-12-31 | 2029-02-28 2034-02-28
unknown-primary-contact-only      | contact                 | 2026-03-10 | 2028-12-31 | 2026-06-10 2026-09-10 2026-12-10 2027-03-10 2027-09-10 2028-03-10 2028-09-10
"""  # noqa: E501


@pytest.mark.parametrize("case", cases(DATES), ids=lambda case: f"{case['protocol']} {case['step']} {case['born']}")
def test_the_dates_of_a_step(case: dict[str, str]) -> None:
    plan = effective(LIBRARY[case["protocol"]])
    step = plan.step(case["step"])
    assert step is not None
    anchored_on = date.fromisoformat(case["anchor"])
    course = Course(
        anchors={step.step.schedule.anchor: anchored_on},
        started_on=anchored_on,
        born_on=date.fromisoformat(case["born"]),
    )
    assert [o.due_on.isoformat() for o in occurrences(step, course=course)] == case["due"].split()


@pytest.mark.parametrize("case", cases(ENDLESS), ids=lambda case: f"{case['protocol']} {case['step']}")
def test_the_dates_of_a_step_without_an_end(case: dict[str, str]) -> None:
    step = effective(LIBRARY[case["protocol"]]).step(case["step"])
    assert step is not None
    anchored_on = date.fromisoformat(case["anchor"])
    course = Course(anchors={step.step.schedule.anchor: anchored_on}, started_on=anchored_on, born_on=date(1948, 3, 14))
    dated = occurrences(step, course=course, upto=date.fromisoformat(case["until"]))
    assert [o.due_on.isoformat() for o in dated] == case["due"].split()
