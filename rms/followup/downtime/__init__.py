"""The list a team works from when RMS is down: who is alerted, late and due, whom to call, on paper."""
