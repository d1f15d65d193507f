"""What people get to read: texts, emails and letters, and a trust's own words for them."""
