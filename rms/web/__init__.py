"""Page plumbing that knows no room: who may ask (as an opaque policy), cookies, headers, forms, error pages, Jinja."""
