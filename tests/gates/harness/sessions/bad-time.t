# it never ends
exec sleep 30
