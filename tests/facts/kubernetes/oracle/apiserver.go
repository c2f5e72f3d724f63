// What an API server makes of NetworkPolicies: its own decoding, defaults and validation.
//
// From standard input: one JSON string a line, the YAML of a policy. To standard output: one JSON object a line, with
// the error, or with the spec as it would be stored. The answers stand in policy_texts.json; to ask again, build this
// with k8s.io/kubernetes v1.33.4 and replacements of its staging modules by their v0.33.4.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/kubernetes/pkg/apis/networking"
	v1 "k8s.io/kubernetes/pkg/apis/networking/v1"
	"k8s.io/kubernetes/pkg/apis/networking/validation"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<20)
	for in.Scan() {
		var text string
		json.Unmarshal(in.Bytes(), &text)
		var np networkingv1.NetworkPolicy
		answer := map[string]any{}
		data, err := yaml.YAMLToJSONStrict([]byte(text))
		var strict []error
		if err == nil {
			strict, err = kjson.UnmarshalStrict(data, &np)
		}
		if err != nil {
			answer["error"] = err.Error()
		} else if len(strict) > 0 {
			answer["error"] = strict[0].Error()
		} else {
			v1.SetObjectDefaults_NetworkPolicy(&np)
			var internal networking.NetworkPolicy
			if err := v1.Convert_v1_NetworkPolicy_To_networking_NetworkPolicy(&np, &internal, nil); err != nil {
				answer["error"] = err.Error()
			} else if errs := validation.ValidateNetworkPolicy(&internal, validation.NetworkPolicyValidationOptions{}); len(errs) > 0 {
				answer["error"] = errs.ToAggregate().Error()
			}
			answer["types"] = np.Spec.PolicyTypes
			answer["spec"] = np.Spec
		}
		out, _ := json.Marshal(answer)
		fmt.Println(string(out))
	}
}
