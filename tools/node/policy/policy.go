// Package policy has a node obey NetworkPolicies: what they forbid to its pods is refused.
package policy

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/cloudnativelabs/kube-router/v2/pkg/controllers/netpol"
	"github.com/cloudnativelabs/kube-router/v2/pkg/healthcheck"
	"github.com/cloudnativelabs/kube-router/v2/pkg/options"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

// Run turns the cluster's policies into rules of this network namespace until the context ends.
//
// `node` is the name of the node whose pods the rules are for, `services` the range of addresses
// that Services have, `names` the address of the DNS server. It needs the commands iptables and
// ipset.
func Run(ctx context.Context, kubeconfig, node, services, names string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if err := await(ctx, client, node); err != nil {
		return err
	}
	// The controller asks for the machine's own name before the one that it is told.
	if err := os.Setenv("NODE_NAME", node); err != nil {
		return err
	}
	chosen := options.NewKubeRouterConfig()
	chosen.HostnameOverride, chosen.ClusterIPCIDRs, chosen.EnableIPv4 = node, []string{services}, true
	tables, sets, err := netpol.NewIPTablesHandlers(chosen)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Informer()
	namespaces := factory.Core().V1().Namespaces().Informer()
	policies := factory.Networking().V1().NetworkPolicies().Informer()
	controller, err := netpol.NewNetworkPolicyController(
		client, chosen, withNames{pods, namesPod(names)}, policies, namespaces, &sync.Mutex{}, tables, sets)
	if err != nil {
		return err
	}
	if err := errors.Join(
		follow(pods, controller.PodEventHandler),
		follow(namespaces, controller.NamespaceEventHandler),
		follow(policies, controller.NetworkPolicyEventHandler),
	); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	var running sync.WaitGroup
	running.Add(1)
	controller.Run(unheard(ctx), ctx.Done(), &running)
	running.Wait()
	return nil
}

// await returns when the kubelet has registered the node.
func await(ctx context.Context, client kubernetes.Interface, node string) error {
	return wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		_, err := client.CoreV1().Nodes().Get(ctx, node, metav1.GetOptions{})
		return err == nil, nil
	})
}

func follow(informer cache.SharedIndexInformer, handler cache.ResourceEventHandler) error {
	_, err := informer.AddEventHandler(handler)
	return err
}

// unheard takes the heartbeats that the controller would stand still without.
func unheard(ctx context.Context) chan<- *healthcheck.ControllerHeartbeat {
	beats := make(chan *healthcheck.ControllerHeartbeat)
	go func() {
		for {
			select {
			case <-beats:
			case <-ctx.Done():
				return
			}
		}
	}()
	return beats
}
