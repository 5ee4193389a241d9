"""Contact: what last passed between the firm and each of some customers, for who is about to talk to one."""
