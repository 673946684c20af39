"""Pages for people: one self-contained HTML file each, which needs nothing from outside and nothing to run.

`page` is the frame and the door to the template engine; `survey` is the page of a survey. `treemap`, `curve` and
`quotes` compute what templates only draw.
"""
