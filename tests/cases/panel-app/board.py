import panel as pn

pn.extension()
pn.Column("# Hello").servable()
