"""Cost: what interaction says was paid for customers, for one of them or shared by many, and who bears it."""
