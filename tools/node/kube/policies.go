package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"chartproof/node/policy"
)

func obeyPolicies() int {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: kube policies KUBECONFIG NODE SERVICES DNS")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := policy.Run(ctx, os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
