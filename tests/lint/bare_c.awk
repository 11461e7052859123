# Prints C as "file:line:text" without comments and contents of strings, so
# that a word can be searched for where it is code.

FNR == 1 {
	inside = 0
}

{
	print FILENAME ":" FNR ":" bare($0)
}

function bare(line,    text, at) {
	text = ""
	while (line != "") {
		if (inside) {
			at = index(line, "*/")
			if (at == 0)
				return text
			line = substr(line, at + 2)
			inside = 0
			continue
		}
		if (!match(line, /\/\*|\/\/|"|'/))
			return text line
		text = text substr(line, 1, RSTART - 1)
		at = RSTART
		if (substr(line, at, 2) == "//")
			return text
		if (substr(line, at, 2) == "/*") {
			inside = 1
			line = substr(line, at + 2)
			text = text " "
			continue
		}
		line = after_quote(substr(line, at + 1), substr(line, at, 1))
		text = text "\"\""
	}
	return text
}

function after_quote(line, quote,    i, c) {
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "\\")
			i++
		else if (c == quote)
			return substr(line, i + 1)
	}
	return ""
}
