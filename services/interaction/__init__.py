"""What passed between a customer and the firm, in both directions."""
