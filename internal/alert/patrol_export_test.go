package alert

// Missed judges a silence by what the same stretch of the weeks before held.
func Missed(weeks [4]int64) (usual float64, broken bool) { return missed(weeks) }
