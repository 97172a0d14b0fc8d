// The files of the source document that this program takes the place of, letter by letter. `umbrella.ts` says what it changes.

/** Text by path. */
export const documentFiles: Readonly<Record<string, string>> = {
  "helm/jam-istio/values.yaml": `jam:
  namespace: local700
  mysql:
    external: true
    externalHostName: dev701-db.cxqgj1lee4x0.eu-central-1.rds.amazonaws.com

istio:
  kiali:
    enabled: true
  gateways:
    enabled: false
`,
  "helm/jam-istio/Chart.yaml": `apiVersion: v1
appVersion: "1.0"
description: A Helm chart for istio
name: jam-istio
version: 0.1.0
dependencies:
  - name: istio
    version: 1.4.6
    repository: https://storage.googleapis.com/istio-release/releases/1.4.6/charts
`,
  "helm/jam-istio/Chart.lock": `dependencies:
- name: istio
  repository: https://storage.googleapis.com/istio-release/releases/1.4.6/charts
  version: 1.4.6
digest: sha256:4377b2bb6c83d43ea05ce1240417c85778eff86b82665b41ec0c6408de756321
generated: "2020-03-16T16:03:34.166755+08:00"
`,
  "helm/jam-istio/templates/kiali-secret.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: kiali
  namespace: {{ .Release.Namespace }}
  labels:
    app: kiali
type: Opaque
data:
  username: 
  passphrase: 
`,
  "helm/jam-istio/templates/mysql-service-entry.yaml": `{{- if .Values.jam.mysql.external}}
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata:
  labels:
    app: mysql
  name: mysql
  namespace: {{ .Values.jam.namespace }}
spec:
  hosts:
  - {{ .Values.jam.mysql.externalHostName }}
  ports:
  - number: 3306
    name: tcp
    protocol: TCP
  resolution: DNS
  location: MESH_EXTERNAL
{{- end}}
`,
  "helm/jam-istio/templates/s3-bucket-service-entry.yaml": `{{- if eq .Values.jam.dataStorage.mode "aws"}}
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata:
  labels:
    app: bucket
  name: bucket
  namespace: {{ .Values.jam.namespace }}
spec:
  hosts:
  - s3.{{ .Values.jam.dataStorage.region }}.amazonaws.com
  ports:
  - number: 80
    name: http
    protocol: TCP
  - number: 443
    name: https
    protocol: TCP
  resolution: NONE
  location: MESH_EXTERNAL
{{- end}}
`,
  "helm/jam-istio/templates/smtp-service-entry.yaml": `{{- if .Values.jam.mail.external}}
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata:
  labels:
    app: smtp
  name: smtp
  namespace: {{ .Values.jam.namespace }}
spec:
  hosts:
  - {{ .Values.jam.mail.externalHostName }}
  ports:
  - number: {{ .Values.jam.mail.externalHostPort | default 587 }}
    name: tcp
    protocol: TCP
  resolution: DNS
  location: MESH_EXTERNAL
{{- end}}
`,
  "helm/fault-injection/values.yaml": `jam:
  namespace: local700
  fake_service:
    enabled: false
  memcached:
    faultinject: false
  ctWebapp:
    faultinject: false
`,
  "helm/fault-injection/Chart.yaml": `apiVersion: v1
appVersion: "1.0"
description: A Helm chart for managing Jam fault injections
name: fault-injection
version: 0.1.0
`,
  "helm/fault-injection/templates/ct-webapp-fault-injection.yaml": ` {{- if .Values.jam.ctWebapp.faultinject}}
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata:
  name: ct-webapp-fault-inject
  namespace: {{ .Values.jam.namespace }}
spec:
  hosts:
  - ct-webapp
  http:
    - fault:
        abort:
          percentage:
            value: 100.0
          httpStatus: 503
      route:
        - destination:
            host: ct-webapp
{{- end}}
`,
  "helm/fault-injection/templates/memcached-fault-injection.yaml": `{{- if .Values.jam.memcached.faultinject }}
kind: VirtualService
apiVersion: networking.istio.io/v1alpha3
metadata:
  name: memcached-fault-inject
  namespace: {{ .Values.jam.namespace }}
spec:
  hosts:
  - memcached
  tcp:
  - match:
    - port: 11212
    route:
    - destination:
        host: fake-service
        port:
          number: 9000
      weight: 100
  - match:
    - port: 11211
    route:
    - destination:
        host: fake-service
        port:
          number: 9000
      weight: 100
{{- end}}
`,
  "helm/fault-injection/templates/services.yaml": `{{- if .Values.jam.fake_service.enabled }}
apiVersion: v1
kind: Service
metadata:
  name: fake-service
  namespace: {{ .Values.jam.namespace }}
  labels:
    app: fake-service
spec:
  ports:
  - name: fake-service
    protocol: TCP
    port: 9999
    targetPort: 9999
  - name: fake-service
    protocol: HTTP
    port: 80
    targetPort: 80
{{- end}}
`,
};
