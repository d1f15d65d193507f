"""`python -m rms.cli` is `rms`."""

import sys

from rms.cli.main import main

sys.exit(main())
