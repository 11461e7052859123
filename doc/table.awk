# Reads the rows of a table in C, WORD(field, "text", ...), for the awk
# programs that make manual pages of it:
#
#	awk -f table.awk -f messages.awk ../src/base/msg.def
#
# The table is read as C: comments fall away, strings that follow one another
# are one string, and brackets or commas inside a string are text.  A field
# may have brackets of its own.

{
	source = source $0 "\n"
}

# Cut everything up to the next row WORD( off; false if there is none.
function next_row(word,    start, stop) {
	while (match(source, "/[*]|" word "[(]")) {
		start = substr(source, RSTART, RLENGTH)
		source = substr(source, RSTART + RLENGTH)
		if (start != "/*")
			return 1
		stop = index(source, "*/")
		source = substr(source, stop + 2)
	}
	return 0
}

# Fill field[1], field[2] ... from the row that source begins with.
function read_fields(    n, c, depth) {
	split("", field)
	n = depth = 1
	while ((c = take()) != "") {
		depth += (c == "(") - (c == ")")
		if (depth == 0)
			return
		if (c == "," && depth == 1)
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

# A full stop or an apostrophe in front, and a backslash anywhere, would be
# taken for the language of the page.
function print_text(text) {
	gsub(/\\/, "\\e", text)
	if (text ~ /^[.']/)
		text = "\\&" text
	print text
}
