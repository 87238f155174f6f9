// Package sheet is a sealed report made ready to read: answers in words, points, criticals, outcomes of standards, and
// the arithmetic behind the score. Editors and managers read the same sheet.
//
// The one rule: it shows what the scoring trace says and works nothing out by itself, so that adding up what is printed
// gives the score that is stored.
package sheet
