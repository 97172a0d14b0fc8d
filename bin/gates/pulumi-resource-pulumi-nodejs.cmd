@node "%~dp0\pulumi-resource-pulumi-nodejs" %*
