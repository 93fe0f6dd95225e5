# A node that fails every time is tried as often as it may, with longer and longer waits.
. "$REPO/tests/fault/kit.sh"
before=$(date +%s%3N)
fault fails 'retries: 2'
ms=$(($(date +%s%3N) - before))
[ $ms -ge 2400 ] && echo "waited at least 0.8 s + 1.6 s"
