"""The people room: patients, register cases, contact details, organisations, teams, staff, and what they may do."""
