# Makes the list of messages for the manual page.
#
#	awk -f messages.awk ../src/base/msg.def
#
# The table is C, so it is read as C: comments fall away, strings that follow
# one another are one string, and brackets or commas inside a string are text.

{
	source = source $0 "\n"
}

END {
	print ".Bl -tag -width Ds"
	while (next_message()) {
		read_fields()
		print_item()
	}
	print ".El"
}

# Cut everything up to the next row off; false if there is none.
function next_message(    start, stop) {
	while (match(source, /\/\*|MSG\(/)) {
		start = substr(source, RSTART, RLENGTH)
		source = substr(source, RSTART + RLENGTH)
		if (start == "MSG(")
			return 1
		stop = index(source, "*/")
		source = substr(source, stop + 2)
	}
	return 0
}

# Fill field[1..6] from the row that source begins with.
function read_fields(    n, c) {
	split("", field)
	n = 1
	while ((c = take()) != ")" && c != "") {
		if (c == ",")
			n++
		else if (c == "\"")
			field[n] = field[n] read_string()
		else if (c !~ /[ \t\n]/)
			field[n] = field[n] c
	}
}

function read_string(    c, text) {
	while ((c = take()) != "\"" && c != "")
		text = text (c == "\\" ? take() : c)
	return text
}

function take(    c) {
	c = substr(source, 1, 1)
	source = substr(source, 2)
	return c
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

# A full stop or an apostrophe in front, and a backslash anywhere, would be
# taken for the language of the page.
function print_text(text) {
	gsub(/\\/, "\\e", text)
	if (text ~ /^[.']/)
		text = "\\&" text
	print text
}
