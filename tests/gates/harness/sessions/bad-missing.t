# nobody wrote down what it prints
echo something
