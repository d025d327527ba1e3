package policy

import (
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// namesPod is the DNS server as policies know it from other clusters: a pod of kube-system.
//
// Here it is a program of a node, which no selector could name.
func namesPod(address string) *v1.Pod {
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: metav1.NamespaceSystem,
			Name:      "coredns",
			Labels:    map[string]string{"k8s-app": "kube-dns"},
		},
		Status: v1.PodStatus{
			Phase:  v1.PodRunning,
			PodIP:  address,
			PodIPs: []v1.PodIP{{IP: address}},
		},
	}
}

// withNames is what is known of pods, and the DNS server beside them.
type withNames struct {
	cache.SharedIndexInformer
	names *v1.Pod
}

// GetIndexer returns the index in which peers of policies are looked up.
func (w withNames) GetIndexer() cache.Indexer {
	return index{w.SharedIndexInformer.GetIndexer(), w.names}
}

type index struct {
	cache.Indexer
	names *v1.Pod
}

// Index returns the pods of the same namespace as `of`, where it is asked by namespace.
func (i index) Index(name string, of any) ([]any, error) {
	found, err := i.Indexer.Index(name, of)
	if err != nil || name != cache.NamespaceIndex {
		return found, err
	}
	if asked, ok := of.(metav1.Object); ok && asked.GetNamespace() == i.names.Namespace {
		found = append(found, i.names)
	}
	return found, nil
}
