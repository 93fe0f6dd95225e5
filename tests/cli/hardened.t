# scripts/hardened, which `make deb` asks, names each guard that a program or a library lacks.
cat >a.c <<'E'
#include <stdio.h>
#include <string.h>
int main(int n, char **v) { char b[64]; memcpy(b, v[0], (size_t)n); snprintf(b + 9, (size_t)n, "%s", v[0]); return puts(b); }
E
full='-O2 -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE -pie -Wl,-z,relro,-z,now,-z,noexecstack'
try()
{
	echo "== ${1:-all of them}"
	gcc -U_FORTIFY_SOURCE $full $1 -o a a.c 2>/dev/null && "$REPO/scripts/hardened" a 2>&1
	echo "exit $?"
}
try ''
try '-no-pie'
try '-Wl,-z,norelro'
try '-Wl,-z,lazy'
try '-Wl,-z,execstack'
try '-fno-stack-protector'
try '-U_FORTIFY_SOURCE'
try '-Wl,-rpath,/tmp'
