package chart

// Short is short, for tests.
var Short = short
