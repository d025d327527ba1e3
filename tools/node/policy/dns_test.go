package policy

import (
	"slices"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

func found(t *testing.T, namespace, selector string) []string {
	t.Helper()
	pods := cache.NewSharedIndexInformer(
		nil, &v1.Pod{}, 0, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	metadata := metav1.ObjectMeta{Name: "broker", Namespace: "default", Labels: map[string]string{"app": "broker"}}
	if err := pods.GetIndexer().Add(&v1.Pod{ObjectMeta: metadata}); err != nil {
		t.Fatal(err)
	}
	wanted, err := labels.Parse(selector)
	if err != nil {
		t.Fatal(err)
	}
	lister := listers.NewPodLister(withNames{pods, namesPod("10.89.0.1")}.GetIndexer())
	listed, err := lister.Pods(namespace).List(wanted)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, pod := range listed {
		names = append(names, pod.Name)
	}
	return names
}

func TestTheDNSServerIsAPodOfKubeSystemAlone(t *testing.T) {
	for _, asked := range []struct {
		namespace, selector string
		expected            []string
	}{
		{"kube-system", "", []string{"coredns"}},
		{"kube-system", "k8s-app=kube-dns", []string{"coredns"}},
		{"kube-system", "k8s-app=node-local-dns", []string{}},
		{"default", "", []string{"broker"}},
	} {
		if names := found(t, asked.namespace, asked.selector); !slices.Equal(names, asked.expected) {
			t.Errorf("%s %q: found %v, expected %v", asked.namespace, asked.selector, names, asked.expected)
		}
	}
}
