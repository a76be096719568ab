"""What the claims add up to: agreement, contradiction, overclaiming, change. Each report names its recipe in one sentence."""
