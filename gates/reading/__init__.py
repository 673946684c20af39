"""What several signals read out of facts and postings: who asks what, which class an attribute belongs to, where a None
comes from, which modules need each other, which names nothing reaches, what is written together, what lines cost.
"""
