"""Who a person is, corrected by hand, and what they need when we speak or write to them."""
