echo no sentence
