# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_signet_global_optspecs
    string join \n h/help V/version
end

function __fish_signet_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_signet_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_signet_using_subcommand
    set -l cmd (__fish_signet_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c signet -n "__fish_signet_needs_command" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_needs_command" -s V -l version -d 'Print version'
complete -c signet -n "__fish_signet_needs_command" -f -a "seal" -d 'Seal Secrets'
complete -c signet -n "__fish_signet_needs_command" -f -a "unseal" -d 'Open SealedSecrets with private keys, without a cluster'
complete -c signet -n "__fish_signet_needs_command" -f -a "verify" -d 'Check that SealedSecrets can be opened, by the controller or with private keys'
complete -c signet -n "__fish_signet_needs_command" -f -a "inspect" -d 'Show scope, items, sizes and keys of SealedSecrets without opening them'
complete -c signet -n "__fish_signet_needs_command" -f -a "set" -d 'Seal one value and put it into a SealedSecret file'
complete -c signet -n "__fish_signet_needs_command" -f -a "unset" -d 'Remove one item from a SealedSecret file'
complete -c signet -n "__fish_signet_needs_command" -f -a "reseal" -d 'Seal the SealedSecrets of whole trees again with the newest key'
complete -c signet -n "__fish_signet_needs_command" -f -a "cert" -d 'Print the sealing certificate'
complete -c signet -n "__fish_signet_needs_command" -f -a "keys" -d 'List, make, back up and restore the controller\'s keys'
complete -c signet -n "__fish_signet_needs_command" -f -a "template" -d 'Render a Go template with given values, without a cluster'
complete -c signet -n "__fish_signet_needs_command" -f -a "completion" -d 'Print a completion script for a shell'
complete -c signet -n "__fish_signet_needs_command" -f -a "version" -d 'Print the version'
complete -c signet -n "__fish_signet_needs_command" -f -a "reference" -d 'Print this reference in Markdown'
complete -c signet -n "__fish_signet_needs_command" -f -a "sops" -d 'Behave as sops, with its commands and flags'
complete -c signet -n "__fish_signet_needs_command" -f -a "kubeseal" -d 'Behave as kubeseal, with its flags'
complete -c signet -n "__fish_signet_using_subcommand seal" -s o -l format -d 'How to print; a file called .json is written as JSON unless this says otherwise' -r -f -a "yaml\t'YAML'
json\t'JSON'"
complete -c signet -n "__fish_signet_using_subcommand seal" -s w -l write -d 'File to write to, replaced only when everything succeeded' -r -F
complete -c signet -n "__fish_signet_using_subcommand seal" -l scope -d 'Where the SealedSecret may be used; replaces what the annotations of the input say' -r -f -a "strict\t''
namespace-wide\t''
cluster-wide\t''"
complete -c signet -n "__fish_signet_using_subcommand seal" -l name -d 'Name for the Secret' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -s n -l namespace -d 'Namespace for a Secret that names none; one that names another is refused' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l cert -d 'Certificate file or URL; then no cluster is asked' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l controller-name -d 'Name of the controller\'s Service' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand seal" -l allow-empty-data -d 'Seal a Secret that has no values'
complete -c signet -n "__fish_signet_using_subcommand seal" -l no-hint -d 'Do not note the key\'s fingerprint in an annotation, by which the controller finds the key at once'
complete -c signet -n "__fish_signet_using_subcommand seal" -l refresh -d 'Fetch the certificate from the controller even if a recent one is on disk'
complete -c signet -n "__fish_signet_using_subcommand seal" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand seal" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c signet -n "__fish_signet_using_subcommand unseal" -s k -l key -d 'Private key: PEM, or key Secrets in YAML or JSON; may be repeated' -r -F
complete -c signet -n "__fish_signet_using_subcommand unseal" -s o -l format -d 'How to print; a file called .json is written as JSON unless this says otherwise' -r -f -a "yaml\t'YAML'
json\t'JSON'"
complete -c signet -n "__fish_signet_using_subcommand unseal" -s w -l write -d 'File to write to, replaced only when everything succeeded' -r -F
complete -c signet -n "__fish_signet_using_subcommand unseal" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c signet -n "__fish_signet_using_subcommand verify" -s k -l key -d 'Private key to check with instead of asking the controller; may be repeated' -r -F
complete -c signet -n "__fish_signet_using_subcommand verify" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l controller-name -d 'Name of the controller\'s Service' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand verify" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand verify" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand inspect" -s k -l key -d 'Private key to try, to tell which one sealed the values; may be repeated' -r -F
complete -c signet -n "__fish_signet_using_subcommand inspect" -s o -l format -d 'How to print' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c signet -n "__fish_signet_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c signet -n "__fish_signet_using_subcommand set" -l from-file -d 'File that holds the value, byte for byte; else standard input, or a prompt on a terminal' -r -F
complete -c signet -n "__fish_signet_using_subcommand set" -l name -d 'Name of the SealedSecret, in a file with several' -r
complete -c signet -n "__fish_signet_using_subcommand set" -s n -l namespace -d 'Namespace to seal for, when the file names none' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l cert -d 'Certificate file or URL; then no cluster is asked' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l controller-name -d 'Name of the controller\'s Service' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand set" -l refresh -d 'Fetch the certificate from the controller even if a recent one is on disk'
complete -c signet -n "__fish_signet_using_subcommand set" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand set" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand unset" -l name -d 'Name of the SealedSecret, in a file with several' -r
complete -c signet -n "__fish_signet_using_subcommand unset" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand reseal" -s k -l key -d 'Private key to open with; the values are then sealed here and not by the controller; may be repeated' -r -F
complete -c signet -n "__fish_signet_using_subcommand reseal" -l cert -d 'With --key: certificate to seal with, instead of the newest of the keys' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l controller-name -d 'Name of the controller\'s Service' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand reseal" -l dry-run -d 'Print what would be sealed again and change nothing'
complete -c signet -n "__fish_signet_using_subcommand reseal" -l force -d 'Seal again what is sealed with the newest key already'
complete -c signet -n "__fish_signet_using_subcommand reseal" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand reseal" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand cert" -s w -l write -d 'File to write to' -r -F
complete -c signet -n "__fish_signet_using_subcommand cert" -l cert -d 'Certificate file or URL; then no cluster is asked' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l controller-name -d 'Name of the controller\'s Service' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand cert" -l refresh -d 'Fetch the certificate from the controller even if a recent one is on disk'
complete -c signet -n "__fish_signet_using_subcommand cert" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand cert" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand keys; and not __fish_seen_subcommand_from list generate backup restore" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand keys; and not __fish_seen_subcommand_from list generate backup restore" -f -a "list" -d 'List the controller\'s keys'
complete -c signet -n "__fish_signet_using_subcommand keys; and not __fish_seen_subcommand_from list generate backup restore" -f -a "generate" -d 'Make a new key'
complete -c signet -n "__fish_signet_using_subcommand keys; and not __fish_seen_subcommand_from list generate backup restore" -f -a "backup" -d 'Print all keys, private parts included'
complete -c signet -n "__fish_signet_using_subcommand keys; and not __fish_seen_subcommand_from list generate backup restore" -f -a "restore" -d 'Put keys of a backup back into the cluster'
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -s o -l format -d 'How to print' -r -f -a "text\t'For people'
json\t'For programs'"
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l key-prefix -d 'What names of key Secrets begin with' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l to -d 'Write the key Secret to this file instead of the cluster' -r -F
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l key-size -d 'RSA bits: 2048, 3072, 4096 or 8192' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l ttl -d 'How long the certificate is valid, as a Go duration' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l common-name -d 'Common name of the certificate' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l key-prefix -d 'What names of key Secrets begin with' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from generate" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -s w -l write -d 'File to write to, readable by its owner alone' -r -F
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l key-prefix -d 'What names of key Secrets begin with' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l controller-namespace -d 'Namespace of the controller' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l key-prefix -d 'What names of key Secrets begin with' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l kubeconfig -d 'Kubeconfig file; else KUBECONFIG, ~/.kube/config, or the pod\'s own cluster' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l context -d 'Kubeconfig context' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l cluster -d 'Kubeconfig cluster' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l user -d 'Kubeconfig user' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l server -d 'Address of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l certificate-authority -d 'Certificate authority file of the API server' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l tls-server-name -d 'Name in the API server\'s certificate' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l proxy-url -d 'Proxy to reach the API server through' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l as -d 'User to act as' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l as-group -d 'Group to act as; may be repeated' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l as-uid -d 'UID to act as' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l request-timeout -d 'Time limit of one request, such as 30s' -r
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -l insecure-skip-tls-verify -d 'Do not check the API server\'s certificate'
complete -c signet -n "__fish_signet_using_subcommand keys; and __fish_seen_subcommand_from restore" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand template; and not __fish_seen_subcommand_from functions" -s d -l data -d 'File with the values, a map or a Secret in YAML or JSON; `-` is standard input' -r -F
complete -c signet -n "__fish_signet_using_subcommand template; and not __fish_seen_subcommand_from functions" -l engine -d 'Whose templates: those of ExternalSecrets, or of SealedSecrets, which have fewer functions' -r -f -a "external\t'Templates of ExternalSecrets'
sealed\t'Templates in SealedSecrets'"
complete -c signet -n "__fish_signet_using_subcommand template; and not __fish_seen_subcommand_from functions" -l missing-key -d 'What a missing key gives. In a cluster it is an error in an ExternalSecret, and `default`, which prints `<no value>`, in a SealedSecret' -r -f -a "default\t'`<no value>`'
zero\t'An empty text'
error\t'An error'"
complete -c signet -n "__fish_signet_using_subcommand template; and not __fish_seen_subcommand_from functions" -l left-delimiter -d 'What actions begin with' -r
complete -c signet -n "__fish_signet_using_subcommand template; and not __fish_seen_subcommand_from functions" -l right-delimiter -d 'What actions end with' -r
complete -c signet -n "__fish_signet_using_subcommand template; and not __fish_seen_subcommand_from functions" -s w -l write -d 'File to write to, replaced only when everything succeeded' -r -F
complete -c signet -n "__fish_signet_using_subcommand template; and not __fish_seen_subcommand_from functions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c signet -n "__fish_signet_using_subcommand template; and not __fish_seen_subcommand_from functions" -a "functions" -d 'List the functions of templates, or explain one'
complete -c signet -n "__fish_signet_using_subcommand template; and __fish_seen_subcommand_from functions" -l engine -d 'Whose templates: those of ExternalSecrets, or of SealedSecrets, which have fewer functions' -r -f -a "external\t'Templates of ExternalSecrets'
sealed\t'Templates in SealedSecrets'"
complete -c signet -n "__fish_signet_using_subcommand template; and __fish_seen_subcommand_from functions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c signet -n "__fish_signet_using_subcommand completion" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand version" -s h -l help -d 'Print help'
complete -c signet -n "__fish_signet_using_subcommand reference" -s h -l help -d 'Print help (see more with \'--help\')'
