// Runs kubectl from the module that all of it is in.
//
// Its own command is in the module of Kubernetes, which `go install` refuses and which would be
// downloaded whole.
package main

import (
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	util.CheckErr(cmd.NewDefaultKubectlCommand().Execute())
}
