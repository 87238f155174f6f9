// Package api is the contract with other programs: openapi.yaml, and the types and routes that are made from it.
//
// The one rule: the contract comes first. Change openapi.yaml, run go generate, then make internal/api fit.
package api

import _ "embed"

//go:generate oapi-codegen -config oapi-codegen.yaml openapi.yaml

// Spec is the contract, as YAML.
//
//go:embed openapi.yaml
var Spec []byte
