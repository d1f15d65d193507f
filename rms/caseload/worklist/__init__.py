"""What every worklist shares: what its address asks for, its teams and colleagues, ages and targets in words, its pages."""
