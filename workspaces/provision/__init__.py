"""Makes the environment that tests run in: what a project declares becomes a plan, the plan is carried out once.

`declared` reads, `plan` decides, `build` does it in the sandbox and keeps it, `blame` says why it failed, `wanted` and
`services` say what a suite lacks all the same.
"""
