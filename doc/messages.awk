# Makes the list of messages for the manual page.
#
#	awk -f table.awk -f messages.awk ../src/base/msg.def

END {
	print ".Bl -tag -width Ds"
	while (next_row("MSG")) {
		read_fields()
		print_item()
	}
	print ".El"
}

function print_item(    heading) {
	heading = sprintf(".It Sy PF%04d Pq %s", field[2], tolower(field[3]))
	if (field[4] + 0 != 0)
		heading = sprintf(".It Sy PF%04d Pq %s, exit %d", field[2],
		    tolower(field[3]), field[4])
	print heading
	print_text(field[5])
	if (field[6] != "")
		print_text(field[6])
}
