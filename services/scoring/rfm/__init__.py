"""RFM: customers by recency, frequency and money, each in fifths."""
