# Makes preforkd.conf(5) of its source and the table of directives: a line
#
#	@DIRECTIVE name@
#
# becomes the heading of an item, and what the table knows of the directive is
# said in front of its example, a line that begins with .Dl.
#
#	awk -f table.awk -f directives.awk settings.h directive.def \
#	    preforkd.conf.5.in
#
# Ends with 1 where the page names a directive that the table does not have, or
# the table has a limit that is not understood here.

BEGIN {
	name_of["NUMBER"] = "A number"
	name_of["SIZE"] = "A size"
	name_of["TIME"] = "A time"
	name_of["PERCENT"] = "A percentage"
	# Words of a usage that stand for what is written there.
	split("address bits directive directory facility group level mode name network " \
	    "number option path pattern percent resource size time user value",
	    list)
	for (i in list)
		is_value["" list[i]] = 1
	FS = "[ \t]+"
}

FILENAME ~ /settings\.h$/ && $1 == "#define" {
	constant[$2] = $3
}

# The whole table has been read when the page begins.
FILENAME !~ /\.(h|def)$/ {
	if (!count)
		read_table()
	if ($1 == ".Dl" && current != "")
		print_facts()
	if ($0 ~ /^@DIRECTIVE [a-z_]+@$/)
		print_heading(substr($2, 1, length($2) - 1))
	else
		print
}

END {
	exit status
}

function read_table(    name) {
	while (next_row("DIRECTIVE")) {
		read_fields()
		name = field[1]
		form[name] = field[2]
		usage[name] = field[3]
		preset[name] = field[4]
		reload[name] = field[5]
		count++
	}
}

function refuse(what) {
	print what >"/dev/stderr"
	status = 1
	exit 1
}

function print_heading(name) {
	if (!(name in form))
		refuse("there is no directive " name)
	printf ".It Ic %s No %s\n", name, decorate(usage[name])
	current = name
}

function print_facts(    name) {
	name = current
	current = ""
	print_limits(name)
	if (preset[name] != "")
		print_text("Default: " preset[name] ".")
	if (form[name] ~ /^(MANY|BLOCKS)\(/)
		print "May be repeated."
	print reload[name] == "FIXED" ? "Only a restart changes it." : \
	    "A reload changes it."
}

# "[burst number]" with the words that are to be typed in bold, those that
# stand for others in italics, and the marks as they are.
function decorate(text,    out, word, before) {
	while (match(text, /[a-z_]+/)) {
		word = substr(text, RSTART, RLENGTH)
		before = substr(text, 1, RSTART - 1)
		out = out before ((word in is_value) && \
		    (before !~ /\[$/ || word == "level") ? \
		    "\\fI" : "\\fB") word "\\fR"
		text = substr(text, RSTART + RLENGTH)
	}
	return "\"" out text "\""
}

# "TOP(TIME,start_timeout_ms,10,DAYS(1))"
function print_limits(name,    kind, part, max) {
	kind = form[name]
	gsub(/^[A-Z_]+\(|\)$/, "", kind)
	split(kind, part, ",")
	kind = part[1]
	if (form[name] !~ /^(TOP|SERVICE)/ || !(kind in name_of))
		return
	max = part[4] == "INT64_MAX" ? " on" : " to " bound(kind, part[4])
	print name_of[kind] " from " bound(kind, part[3]) max \
	    (form[name] ~ /^SERVICE_OR_NONE/ ? ", or 0 for none." : ".")
}

function bound(kind, text,    n) {
	n = text
	gsub(/[^0-9]/, "", n)
	if (text ~ /^DAYS\([0-9]+\)$/)
		return n * 24 "h"
	if (text ~ /^MIB\([0-9]+\)$/)
		return n "m"
	if (text in constant)
		return constant[text]
	if (text !~ /^[0-9]+$/)
		refuse("what number is " text "?")
	if (kind == "TIME" && n > 0)
		return n % 1000 == 0 ? n / 1000 "s" : n "ms"
	return n (kind == "PERCENT" ? "%" : "")
}
