//go:build !race

package mask_test

const slow = 1
