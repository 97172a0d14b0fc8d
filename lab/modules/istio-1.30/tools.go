//go:build tools

// Package tools keeps the program built from this module in its go.mod.
package tools

import (
	_ "istio.io/istio/pilot/cmd/pilot-discovery"
)
