//go:build race

package mask_test

// slow is by how much fewer cases there are under the race detector.
const slow = 5
