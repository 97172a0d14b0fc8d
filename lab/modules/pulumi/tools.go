//go:build tools

// Package tools keeps the programs built from this module in its go.mod.
package tools

import (
	_ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
)
