//go:build tools

// Package tools keeps the programs built from this module in its go.mod.
package tools

import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
	_ "sigs.k8s.io/kwok/cmd/kwokctl"
)
