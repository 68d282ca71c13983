import widget

widget.run()
