/**
 * What scripts/compareSources.ts finds and no note names: the note that is about it all the same, or why none is needed. Read in
 * Istio's code at the newer tag.
 */
export const judged: Readonly<Record<string, string>> = {
  "value istio-cni _internal_defaults_do_not_set.global.hub": "30-02",
  "value ztunnel _internal_defaults_do_not_set.hub": "30-02",
  "value gateways/istio-egress _internal_defaults_do_not_set.global.hub": "30-02",
  "value gateways/istio-ingress _internal_defaults_do_not_set.global.hub": "30-02",
  "value istio-control/istio-discovery _internal_defaults_do_not_set.global.hub": "30-02",
  "maximumcrdversions tlsroutes.gateway.networking.k8s.io": "28-p1",
  "minimumcrdversions tlsroutes.gateway.networking.k8s.io": "30-01",
  "minimumcrdversions tcproutes.gateway.networking.k8s.io": "31-08",
  "CRD trafficextensions.extensions.istio.io": "30-09",
  "variable AMBIENT_SCOPED_ADDRESS_PUSHES": "fewer pushes in ambient mode; what is configured stays",
  "variable PILOT_NODE_UNTAINT_CONTROLLERS_TAINT_NAME": "its default is what was fixed before",
  "variable PILOT_MULTICLUSTER_KUBECONFIG_PATH": "off by default",
  "variable ISTIO_WASM_MAX_BINARY_SIZE_BYTES": "its default is what was fixed before",
  "variable PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS": "off by default",
  "variable PILOT_AGENT_MERGE_ENVOY_STATS": "its default is what was before",
  "variable DNS_FORWARD_TIMEOUT": "its default is what was fixed before",
  "variable DNS_PROXY_ADDR": "the same address, by a name",
  "variable PILOT_ALLOW_ANY_DYNAMIC_DNS_MAX_HOSTS": "of a mode that nobody has before 1.31",
  "variable PILOT_ENABLE_REMOTE_CREDENTIALS_CONTROLLER": "its default is what was before",
  "variable ISTIO_META_ENABLE_SELF_DISCOVERY": "off by default",
  "variable ENVOY_SECURE_METRICS_PORT": "off by default",
  "variable ENVOY_SECURE_MERGED_METRICS_PORT": "off by default",
};
