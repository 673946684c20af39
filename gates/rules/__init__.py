"""Hard rules, one file each: what no budget buys. Each opens with its id and says what is allowed instead."""
