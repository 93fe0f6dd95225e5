# what it prints is not what was written down
echo new
