# skeleton, a handler for prefork, by what pkg-config says of an installed one.
#
#	make		builds skeleton.so
#	make run	serves on ADDRESS in the foreground, until Ctrl-C
#	make test	tries it
#	make install	to where preforkd finds it by its name
#
# If prefork is not where pkg-config looks, tell it:
# make PKG_CONFIG='env PKG_CONFIG_PATH=/opt/prefork/lib/pkgconfig pkg-config'

ADDRESS = 127.0.0.1:7007
OPTIONS =
@COMPILER_FLAGS@ = -O2 -g -Wall -Wextra
PKG_CONFIG = pkg-config
PREFORKD = $$($(PKG_CONFIG) --variable=sbindir libprefork)/preforkd
MODULEDIR = $$($(PKG_CONFIG) --variable=moduledir libprefork)

all: skeleton.so

skeleton.so: skeleton.@SUFFIX@ Makefile
	flags=$$($(PKG_CONFIG) --cflags libprefork) && \
	$(@COMPILER@) $$flags $(CPPFLAGS) $(@COMPILER_FLAGS@) -fPIC -shared \
	    $(LDFLAGS) -o $@ skeleton.@SUFFIX@

run: skeleton.so
	"$(PREFORKD)" -F -l $(ADDRESS) ./skeleton.so $(OPTIONS)

test: skeleton.so
	PREFORKD="$(PREFORKD)" sh test.sh

# Not written over: workers may be running the old one.
install: skeleton.so
	mkdir -p "$(DESTDIR)$(MODULEDIR)"
	cp skeleton.so "$(DESTDIR)$(MODULEDIR)/skeleton.so.new"
	mv -f "$(DESTDIR)$(MODULEDIR)/skeleton.so.new" \
	    "$(DESTDIR)$(MODULEDIR)/skeleton.so"

uninstall:
	rm -f "$(DESTDIR)$(MODULEDIR)/skeleton.so"

clean:
	rm -f skeleton.so

.PHONY: all run test install uninstall clean
