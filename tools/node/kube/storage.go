package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"chartproof/node/storage"
)

func provisionVolumes() int {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: kube storage KUBECONFIG FOLDER")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := storage.Run(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
