//! `sops completion`: scripts that ask the program what may come next.

use crate::sops::context::Context;
use crate::sops::failure::Outcome;
use crate::sops::{COMPLETE, files};

pub(super) fn bash(_: &Context<'_>) -> Outcome {
    let script = format!(
        "#! /bin/bash\n\
         \n\
         _sops_complete() {{\n  \
           local words=(\"${{COMP_WORDS[@]:0:COMP_CWORD}}\") current=\"${{COMP_WORDS[COMP_CWORD]}}\"\n  \
           [[ \"$current\" == -* ]] && words+=(\"$current\")\n  \
           COMPREPLY=($(compgen -W \"$(\"${{words[@]}}\" {COMPLETE} 2>/dev/null)\" -- \"$current\"))\n\
         }}\n\
         complete -o bashdefault -o default -o nospace -F _sops_complete sops\n"
    );
    files::print(script.as_bytes())
}

pub(super) fn zsh(_: &Context<'_>) -> Outcome {
    let script = format!(
        "#compdef sops\n\
         \n\
         _sops_complete() {{\n  \
           local -a given choices\n  \
           given=(\"${{(@)words[1,CURRENT-1]}}\")\n  \
           [[ \"${{words[CURRENT]}}\" == -* ]] && given+=(\"${{words[CURRENT]}}\")\n  \
           choices=(\"${{(@f)$(\"${{given[@]}}\" {COMPLETE} 2>/dev/null)}}\")\n  \
           if [[ -n \"${{choices[1]}}\" ]]; then\n    \
             _describe 'values' choices\n  \
           else\n    \
             _files\n  \
           fi\n\
         }}\n\
         \n\
         compdef _sops_complete sops\n"
    );
    files::print(script.as_bytes())
}
